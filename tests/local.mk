# One file for the tests of each directory, so that they grow side by side.
# They run in this order: the longest first, so that none is left at the end
# with the other processors idle.
include tests/gate.mk
include tests/whole.mk
include tests/smsd.mk
include tests/web.mk
include tests/lib.mk
include tests/phone.mk
include tests/phone-sim.mk
include tests/db.mk
include tests/fuzz.mk
