# tests of phone-sim
