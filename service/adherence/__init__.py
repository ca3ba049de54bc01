"""Adherence to the protocol: reports of planned against actual, the register of deviations, exports for process mining."""
