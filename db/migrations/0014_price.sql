-- The pages price what goes down as the gateway will pack it.
GRANT SELECT (down_alone) ON phone TO smsvault_pages;
