"""Questions to the database as people outside put them, with numbers that no row can have."""

from copy import copy

from django.db.models import IntegerField
from django.db.models.lookups import In


@IntegerField.register_lookup
class InRange(In):
    """`number__in=[…]`: what the column can't hold is in no row, as Django has it for `number=…`.

    Without it every choice of several rows in a form would hand the database a number that it
    can't take.
    """

    def process_rhs(self, compiler, connection):
        if not self.rhs_is_direct_value():
            return super().process_rhs(compiler, connection)
        kind = self.lhs.output_field.get_internal_type()
        lookup = copy(self)
        lookup.rhs = [number for number in self.rhs if _fits(number, connection, kind)]
        return super(InRange, lookup).process_rhs(compiler, connection)


def _fits(number, connection, kind):
    low, high = connection.ops.integer_field_range(kind)
    if not isinstance(number, int):
        return True
    return (low is None or low <= number) and (high is None or number <= high)
