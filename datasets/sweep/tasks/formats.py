"""Format conversion: dates, times, Roman numerals, units, number bases, spelling."""

from __future__ import annotations

import calendar

from .base import add, word, DIGITS, LETTERS

KIND = "formats"
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
ROMAN = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
         (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]
ONES = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen").split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def roman(number: int) -> str:
    """`number` (1 to 3999) as a Roman numeral."""
    text = ""
    for value, letters in ROMAN:
        text += letters * (number // value)
        number %= value
    return text


def _date(rng):
    year, month = rng.randint(1900, 2099), rng.randint(1, 12)
    return year, month, rng.randint(1, calendar.monthrange(year, month)[1])


def _date_to_iso(rng):
    year, month, day = _date(rng)
    return f"{day:02d}/{month:02d}/{year}", f"{year}-{month:02d}-{day:02d}"


def _named_date(rng):
    year, month, day = _date(rng)
    return [*f"{day} ", MONTHS[month - 1], *f" {year}"], f"{year}{month:02d}{day:02d}"


def _month_name(rng):
    year, month, day = _date(rng)
    return f"{year % 100:02d}{month:02d}{day:02d}", MONTHS[month - 1]


def _from_roman(rng):
    number = rng.randint(1, 3999)
    return roman(number), str(number)


def _to_roman(rng):
    number = rng.randint(1, 3999)
    return f"{number:04d}", roman(number)


def _minutes(rng):
    minutes = rng.randrange(10_000)
    return f"{minutes:04d}m", f"{minutes // 60}h{minutes % 60:02d}"


def _clock(rng):
    hour, minute, second = rng.randrange(24), rng.randrange(60), rng.randrange(60)
    return f"{hour:02d}:{minute:02d}:{second:02d}", f"{(hour - 1) % 12 + 1}:{minute:02d}{'am' if hour < 12 else 'pm'}"


def _metres(rng):
    centimetres = rng.randrange(100_000)
    return f"{centimetres}cm", f"{centimetres // 100}.{centimetres % 100:02d}m"


def _hexadecimal(rng):
    number = rng.randrange(65_536)
    return f"{number:016b}", f"{number:04x}"


def _decimal(rng):
    number = rng.randrange(8192)
    return f"{number:013b}", f"{number:04d}"


def _phone(rng):
    digits = word(rng, DIGITS, 10)
    return digits, f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def _spelled(rng):
    words, value = [], 0
    for scale in (10_000, 100, 1):
        part = rng.randrange(1, 100)
        value += part * scale
        words += [ONES[part]] if part < 20 else [TENS[part // 10 - 2], *([ONES[part % 10]] if part % 10 else [])]
        words.append(",")
    return words[:-1], f"{value:06d}"


def _snake(rng):
    parts = [word(rng, LETTERS[:8], 2, 4) for _ in range(3)]
    return parts[0] + "".join(part.capitalize() for part in parts[1:]), "_".join(parts)


add(KIND, "date-to-iso", _date_to_iso)
add(KIND, "date-named-to-number", _named_date)
add(KIND, "date-month-name", _month_name)
add(KIND, "roman-to-arabic", _from_roman, validation=200)
add(KIND, "arabic-to-roman", _to_roman, validation=200)
add(KIND, "minutes-to-hours", _minutes)
add(KIND, "clock-24-to-12", _clock)
add(KIND, "centimetres-to-metres", _metres)
add(KIND, "binary-to-hex-16bit", _hexadecimal)
add(KIND, "binary-to-decimal-13bit", _decimal)
add(KIND, "phone-format", _phone)
add(KIND, "number-words-to-digits", _spelled)
add(KIND, "camel-to-snake", _snake)
