"""What the generated documents share: reading from JSON and writing back, nothing lost."""

from __future__ import annotations

from typing import Any, Callable, ClassVar, TypeVar

from .errors import InvalidInputError

Self = TypeVar("Self", bound="Record")


class Record:
    """A JSON document with named fields; fields that are not named are kept in `extra`."""

    NAMES: ClassVar[dict[str, str]] = {}
    REQUIRED: ClassVar[tuple[str, ...]] = ()
    DECODERS: ClassVar[dict[str, Callable[[Any], Any]]] = {}
    extra: dict[str, Any]

    @classmethod
    def from_json(cls: type[Self], value: Any) -> Self:
        """
        Reads a parsed JSON object.

        :raises InvalidInputError: where it is no object or lacks a field that it must have.
        """
        if not isinstance(value, dict):
            raise InvalidInputError(f"{cls.__name__} must be a JSON object, got {type(value).__name__}.")
        missing = [name for name in cls.REQUIRED if name not in value]
        if missing:
            raise InvalidInputError(f"{cls.__name__} lacks {', '.join(missing)}.")
        known = {cls.NAMES[name]: cls._decode(name, item) for name, item in value.items() if name in cls.NAMES}
        extra = {name: item for name, item in value.items() if name not in cls.NAMES}
        return cls(**known, **{"extra": extra})

    @classmethod
    def _decode(cls, name: str, item: Any) -> Any:
        decoder = cls.DECODERS.get(name)
        return item if decoder is None or item is None else decoder(item)

    def to_json(self) -> dict[str, Any]:
        """The JSON object; what is None is left out where it may be."""
        pairs = {name: getattr(self, attribute) for name, attribute in self.NAMES.items()}
        told = {name: _encode(item) for name, item in pairs.items() if item is not None or name in self.REQUIRED}
        return {**told, **self.extra}


def _encode(item: Any) -> Any:
    if isinstance(item, Record):
        return item.to_json()
    return [_encode(member) for member in item] if isinstance(item, list) else item


def many(decoder: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    """A decoder for a list of what `decoder` reads."""
    return lambda values: [decoder(value) for value in values]
