# One file for the tests of each directory, so that they grow side by side.
include tests/lib.mk
include tests/fuzz.mk
include tests/phone.mk
include tests/phone-sim.mk
include tests/db.mk
include tests/smsd.mk
include tests/gate.mk
include tests/web.mk
include tests/whole.mk
