"""Parts of addresses: importing this makes `<id:pk>` known to `path`."""

from django.urls import register_converter

from brandstudio.core.input.numbers import parse_id


class IdConverter:
    """`<id:pk>` in an address: what can't be the number of a row is no address at all."""

    regex = "[0-9]{1,19}"

    def to_python(self, value):
        number = parse_id(value)
        if number is None:
            raise ValueError
        return number

    def to_url(self, value):
        return str(value)


register_converter(IdConverter, "id")
