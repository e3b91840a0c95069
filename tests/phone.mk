# tests of phone
