from sendco.refusals import ChangedMeanwhile, Refused

__all__ = ["ChangedMeanwhile", "Refused"]
