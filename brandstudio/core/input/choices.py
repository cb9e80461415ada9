"""What an address chooses from a list, such as ?form=png: one of the list, or a refusal by name."""


class UnknownChoice(Exception):
    """An address asks for what is not on the list. Nothing stands in for it silently."""

    def __init__(self, name, value, choices):
        self.name, self.value, self.choices = name, value, choices
        super().__init__(f"{name}={value!r} is none of {', '.join(choices)}.")


def chosen(query, name, choices, default=""):
    """The value of ?name=… ; the default without one.

    query: an address's parameters. choices: the values that there are. Raises UnknownChoice.
    """
    value = query.get(name) or default
    if value != default and value not in choices:
        raise UnknownChoice(name, value[:40], [str(choice) for choice in choices])
    return value
