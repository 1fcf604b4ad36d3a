"""A request's actor is worked out when first asked for; what stands in for it until then serves as well."""

from dataclasses import replace

import pytest
from django.utils.functional import SimpleLazyObject

from manyuan.facts.audit.actors import Actor, Role


def test_an_actor_who_is_worked_out_later_can_be_had_with_something_changed():
    person = Actor(id=7, label="Clerk", role=Role.COMMITTEE, park_ids=frozenset({3}))
    later = SimpleLazyObject(lambda: person)
    with pytest.raises(TypeError):
        replace(later, id=None)
    assert later.but(id=None) == Actor(id=None, label="Clerk", role=Role.COMMITTEE, park_ids=frozenset({3}))
    assert person.id == 7
