# phone-sim
