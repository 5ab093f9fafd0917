"""What colleagues found to work, and the equipment of the two schools."""

from datetime import timedelta
from decimal import Decimal

from pupils.models import Equipment, EquipmentCheck, EquipmentLoan, PracticeNote, PracticeUse
from pupils.models.register import Code

NOTES = (
    ("Now and next board", "Two pictures: what we do now, what comes next. Point to it before each change.", ["ASD"]),
    ("Wait ten seconds", "After a question count to ten before you ask again or help. More children answer.", []),
    ("Pre-teach three words", "Before the lesson: say the word, show it, use it in a sentence, ask for one.", ["SLCN"]),
    ("A job at the door", "Greet each child with one small job. The first five minutes are calmer.", ["SEMH"]),
    ("Coloured overlay and bigger print", "Try both for a week each; ask which the child keeps using.", ["SPLD"]),
    ("Movement break before writing", "Three minutes: push the wall, carry the books. Then begin.", ["SEMH", "ASD"]),
)
HELPED = ("yes", "yes", "partly", "yes", "no")
# (what, cost, kind of check, months, days until it is due)
THINGS = (
    ("Hoist", "1450.00", "lift", 6, 40),
    ("Sling, medium", "185.00", "lift", 6, -6),
    ("Laptop with reader", "420.00", "pat", 12, 150),
    ("Writing slope", "38.50", "", 0, 0),
    ("Standing frame", "0.00", "fit", 6, 75),
)


def add(setting, adults, children):
    """Gather it into the book."""
    book, today, senco = setting.book, setting.days.today, setting.people["senco"]
    users = [member.user for member in adults.members.values() if member.user]
    for place, (title, text, needs) in enumerate(NOTES):
        on = today - timedelta(days=200 - 25 * place)
        by = users[place % len(users)]
        note = PracticeNote(school=setting.school, title=title, text=text, needs=needs, added_by=by, added_on=on)
        book.add(note, on=on, by=by)
        for number in range(4 - place // 2):
            user = users[(place + 3 * number + 1) % len(users)]
            said = on + timedelta(days=7 + number)
            use = PracticeUse(note=note, user=user, helped=HELPED[(place + number) % len(HELPED)], said_on=said)
            book.add(use, on=said, by=user)
    planned = [child for child in children if child.code == Code.PLAN and child.pupil and not child.left]
    for place, (name, cost, kind, months, days) in enumerate(THINGS):
        bought = today - timedelta(days=700)
        thing = Equipment(school=setting.school, name=name, serial=f"SEN-{place + 1:03}", cost=Decimal(cost))
        thing.bought_on, thing.owner = bought, "Westmarch children's equipment store" if cost == "0.00" else ""
        book.add(thing, on=adults.since, by=senco)
        loan = EquipmentLoan(equipment=thing, starts_on=today - timedelta(days=30))
        if place in (2, 3):
            loan.pupil = planned[place].pupil
        else:
            loan.room = "Hall"
        book.add(loan, on=loan.starts_on, by=senco)
        if kind:
            check = EquipmentCheck(equipment=thing, kind=kind, months=months, due_on=today + timedelta(days=days))
            book.add(check, on=adults.since, by=senco)
