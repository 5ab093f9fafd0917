from staff.errors import Refused
from staff.services import ChangedMeanwhile

__all__ = ["ChangedMeanwhile", "Refused"]
