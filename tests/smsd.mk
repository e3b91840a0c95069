# tests of smsd
