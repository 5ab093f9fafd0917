"""What a school may begin its own list with: common things that help every child. Its own to change."""

from pupils.models.register import Area

STARTER = (
    (Area.COGNITION, "Word mats and number lines in reach"),
    (Area.COGNITION, "New words taught before the topic"),
    (Area.COGNITION, "Instructions in steps, on the board as well"),
    (Area.COMMUNICATION, "Visual timetable, pointed to"),
    (Area.COMMUNICATION, "Now and next boards at hand"),
    (Area.COMMUNICATION, "Ten seconds to think before answering"),
    (Area.SEMH, "Feelings words on the wall and in use"),
    (Area.SEMH, "A calm corner that anybody may use"),
    (Area.SEMH, "Each child greeted by name"),
    (Area.SENSORY, "Movement breaks in each lesson"),
    (Area.SENSORY, "Seats chosen for sight, hearing and noise"),
    (Area.SENSORY, "Pencil grips, slopes and wobble cushions"),
)
