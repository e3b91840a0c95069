-- Whether a device was ever bound: then it may still hold keys of that time.
CREATE INDEX phone_device_ever ON phone (device);
