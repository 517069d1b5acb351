"""Attribute values of the starter model's invented facts: numbers with units, dates, prices, names, policies."""

# ruff: noqa: E501  (tables of sentences: one idea per line)

from collections.abc import Callable

from workbench.finetune.starter.names import Names

ValueMaker = Callable[[Names], str]

COLOURS = (
    "red blue green yellow black white grey brown orange purple pink silver gold beige turquoise crimson navy teal maroon "
    "cream amber violet olive copper ivory"
).split()
MATERIALS = (
    "steel wood glass aluminium plastic copper brass oak cotton wool leather rubber ceramic granite carbon concrete paper "
    "linen titanium bamboo marble clay iron nylon silk foam slate bronze zinc felt"
).split()
MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_NUMBERS = "one two three four five six seven eight nine ten twelve fourteen twenty thirty".split()
_UNITS = "kg g tonnes litres ml metres cm mm km inches watts kW volts bar degrees decibels hours seconds percent pages".split()
_JOBS = (
    "engineer nurse teacher driver accountant gardener editor analyst technician librarian designer manager cook pilot "
    "carpenter chemist lawyer painter biologist secretary plumber translator director researcher guard trainer"
).split()
_FOODS = "rice bread fish cheese apples soup beans honey nuts grass insects seeds berries corn eggs potatoes mushrooms leaves".split()
_THINGS = (
    "bicycles chairs lamps tyres windows boats shoes books clocks batteries carpets cables toys tents engines bottles "
    "pianos furniture medicine software glass cement ropes cameras tools"
).split()
_CURRENCIES = ("{} euros", "{} dollars", "${}", "€{}", "{} EUR", "£{}", "{} pounds", "{} francs")
_SPANS = "days weeks months years hours minutes".split()
_LANGUAGES = "English German French Spanish Italian Dutch Polish Turkish Arabic Hindi Greek Finnish Swedish Danish Korean Japanese".split()
_CONDITIONS = (
    "a written request", "a receipt", "the approval of the manager", "a valid badge", "two signatures", "a deposit",
    "a medical certificate", "the original packaging", "a safety briefing", "protective gloves", "a form", "an appointment",
    "a helmet", "an identity card", "a permit", "the consent of the team", "a password", "a photo", "an invoice",
)  # fmt: skip
_LOOKS = "small large old new round square painted folding wooden heavy light hidden open broken double single tall flat striped egg".split()
_OBJECTS = "bell door lamp boiler gate rope map whistle flag table box ladder coin stamp hat boat clock key mirror kettle drum basket".split()
_GOALS = (
    "to save energy", "to reduce waste", "to replace the old system", "to train new staff", "to lower costs", "to map the river",
    "to test new materials", "to digitise the archive", "to improve safety", "to shorten waiting times", "to protect birds",
)  # fmt: skip


def _number(names: Names) -> str:
    rng = names.rng
    match rng.randrange(6):
        case 0:
            return str(rng.randint(2, 20))
        case 1:
            return str(rng.randint(10, 99))
        case 2:
            return f"{rng.randint(0, 40)}.{rng.randint(1, 9)}"
        case 3:
            return str(rng.randint(100, 999))
        case 4:
            return rng.choice((str(rng.randint(1000, 9999)), f"{rng.randint(1, 99)},{rng.randint(0, 999):03d}"))
        case _:
            return str(rng.randint(1, 60) * 5)


def _count(names: Names) -> str:
    rng = names.rng
    if rng.random() < 0.2:
        return rng.choice(_NUMBERS)
    return str(rng.choice((rng.randint(2, 30), rng.randint(20, 900), rng.randint(1000, 99000))))


def _quantity(*units: str) -> ValueMaker:
    return lambda names: f"{_number(names)} {names.rng.choice(units)}"


def _date(names: Names) -> str:
    rng = names.rng
    day, month, year = rng.randint(1, 28), rng.randrange(12), rng.randint(1950, 2035)
    forms = (
        f"{day} {MONTHS[month]} {year}", f"{MONTHS[month]} {day}, {year}", f"{year}-{month + 1:02d}-{day:02d}",
        f"{day} {MONTHS[month]}", f"{MONTHS[month]} {year}", f"{day:02d}.{month + 1:02d}.{year}", f"{MONTHS[month]} {day}",
    )  # fmt: skip
    return rng.choice(forms)


def _time(names: Names) -> str:
    rng = names.rng
    hour, minute = rng.randint(1, 12), rng.choice((0, 15, 30, 45))
    return rng.choice(
        (
            f"{hour} {rng.choice(('am', 'pm'))}",
            f"{rng.randint(6, 22)}:{minute:02d}",
            f"{hour}:{minute:02d} {rng.choice(('a.m.', 'p.m.', 'am'))}",
        )
    )


def _money(names: Names) -> str:
    rng = names.rng
    amount = rng.choice((str(rng.randint(2, 99)), str(rng.randint(100, 999)), f"{rng.randint(1, 99)}.{rng.randint(10, 99)}",
                         f"{rng.randint(1, 80)},{rng.randint(0, 999):03d}", str(rng.randint(2, 90) * 10)))  # fmt: skip
    return rng.choice(_CURRENCIES).format(amount)


def _span(names: Names) -> str:
    rng = names.rng
    amount = rng.choice(_NUMBERS[1:]) if rng.random() < 0.25 else str(rng.randint(2, 90))
    return f"{amount} {rng.choice(_SPANS)}"


def _text(*choices: str) -> ValueMaker:
    return lambda names: names.rng.choice(choices)


def _material(names: Names) -> str:
    rng = names.rng
    if rng.random() < 0.3:
        return f"{rng.choice(('stainless', 'recycled', 'polished', 'soft', 'tempered', 'brushed', 'light'))} {rng.choice(MATERIALS)}"
    return rng.choice(MATERIALS)


def _colour(names: Names) -> str:
    rng = names.rng
    if rng.random() < 0.3:
        return f"{rng.choice(('dark', 'light', 'pale', 'bright', 'deep'))} {rng.choice(COLOURS)}"
    return rng.choice(COLOURS)


def _colours(names: Names) -> str:
    several = names.rng.sample(COLOURS, names.rng.randint(2, 3))
    return f"{', '.join(several[:-1])} and {several[-1]}"


def _phrase(names: Names) -> str:
    """A thing in two or three words."""
    rng = names.rng
    thing = f"{rng.choice(_LOOKS)} {rng.choice(_OBJECTS)}"
    return rng.choice(
        (
            thing,
            f"the {thing}",
            f"{rng.choice(MATERIALS)} {rng.choice(_OBJECTS)}",
            f"{thing} with {rng.choice(_OBJECTS)}",
        )
    )


def _weekday(names: Names) -> str:
    rng = names.rng
    first, second = rng.sample(DAYS, 2)
    return rng.choice((first, first, f"{first} and {second}", f"{first} to {second}"))


def _address(names: Names) -> str:
    rng = names.rng
    street = f"{names.proper()} {rng.choice(('Street', 'Road', 'Lane', 'Square', 'Avenue'))}"
    return street if rng.random() < 0.4 else f"{rng.randint(1, 180)} {street}"


def _floor(names: Names) -> str:
    rng = names.rng
    options = (
        f"room {rng.randint(1, 480)}", f"the {rng.choice(('first', 'second', 'third', 'fourth', 'fifth', 'ground', 'top'))} floor",
        f"building {rng.choice('ABCDEFGH')}", f"hall {rng.randint(1, 30)}", "the basement", "the archive", "the east wing",
        "the workshop", f"shelf {rng.randint(1, 60)}", f"gate {rng.randint(1, 40)}", "the north cellar",
    )  # fmt: skip
    return rng.choice(options)


def _phone(names: Names) -> str:
    rng = names.rng
    return rng.choice((f"{rng.randint(100, 999)} {rng.randint(1000, 9999)}", f"0{rng.randint(10, 99)}-{rng.randint(10000, 99999)}",
                       f"extension {rng.randint(10, 999)}", f"+{rng.randint(20, 99)} {rng.randint(100, 999)} {rng.randint(1000, 9999)}"))  # fmt: skip


def _version(names: Names) -> str:
    rng = names.rng
    return f"{rng.randint(0, 19)}.{rng.randint(0, 20)}" + (f".{rng.randint(0, 9)}" if rng.random() < 0.5 else "")


def _year(names: Names) -> str:
    return str(names.rng.randint(1780, 2034))


def _free(names: Names) -> str:
    """An invented word or two: whatever it is, copy it."""
    rng = names.rng
    return rng.choice((names.word, names.proper, names.code, lambda: f"{names.word()} {names.word()}"))()


MAKERS: dict[str, ValueMaker] = {
    "span": _span, "money": _money, "date": _date, "time": _time, "year": _year, "count": _count, "person": Names.person,
    "place": Names.place, "code": Names.code, "email": Names.email, "colour": _colour, "material": _material,
    "weekday": _weekday, "address": _address, "where": _floor, "phone": _phone, "version": _version, "free": _free,
    "weight": _quantity("kg", "g", "tonnes", "pounds", "kilograms", "grams"), "length": _quantity("m", "metres", "cm", "mm", "km", "inches", "feet"),
    "volume": _quantity("litres", "ml", "gallons", "cubic metres"), "power": _quantity("watts", "kW", "W", "volts", "amps"),
    "speed": _quantity("km/h", "metres per second", "pages per minute", "rpm", "litres per hour", "Mbit/s"),
    "temperature": _quantity("degrees", "°C", "degrees Celsius"), "pressure": _quantity("bar", "kPa", "mbar"),
    "noise": _quantity("decibels", "dB"), "percent": _quantity("percent", "%"), "quantity": _quantity(*_UNITS),
    "area": _quantity("square metres", "hectares", "acres", "m²"), "distance": _quantity("km", "miles", "metres", "kilometres"),
    "job": _text(*_JOBS), "food": _text(*_FOODS), "thing": _text(*_THINGS), "language": _text(*_LANGUAGES),
    "condition": _text(*_CONDITIONS), "goal": _text(*_GOALS), "company": Names.brand, "month": _text(*MONTHS),
    "yes": _text("yes", "no"), "number": _number,
    "colours": _colours, "phrase": _phrase,
}  # fmt: skip
"""Value kind -> a function that invents one value of it."""
