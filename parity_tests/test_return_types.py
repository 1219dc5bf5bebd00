"""return_types.py against torch: named tuples of one argument, which print, compare, pickle and come apart as torch's."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch
from torch.utils import _pytree as their_trees

import minitorch_pt
from minitorch_pt import return_types
from minitorch_pt.utils import _pytree as our_trees

KINDS = [
    pytest.param(getattr(return_types, name), getattr(torch.return_types, name.replace("lu_with", "_lu_with")), id=name)
    for name in return_types.__all__
]


@pytest.mark.parametrize(("ours", "theirs"), KINDS)
def test_they_are_torchs(ours, theirs):
    values = [*range(theirs.n_fields)]
    made, expected = ours(values), theirs(values)
    assert repr(made) == repr(expected) and made == expected == tuple(values) and hash(made) == hash(expected)
    assert (
        ours.__match_args__ == theirs.__match_args__
        and ours.n_fields == theirs.n_fields
        and ours.__name__ == theirs.__name__
    )
    assert [getattr(made, field) for field in theirs.__match_args__] == values
    assert isinstance(made, tuple) and not hasattr(made, "_fields") and not hasattr(expected, "_fields")
    for again in pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made), type(made)(iter(made)):
        assert type(again) is ours and again == made
    for wrong in (values[1:], 5):
        with pytest.raises(TypeError):
            theirs(wrong)
        with pytest.raises(TypeError):
            ours(wrong)
    with pytest.raises(AttributeError):
        made.other = 1


def test_trees_keep_them():
    pair = minitorch_pt.tensor([3.0, 5.0]).max(dim=0)
    leaves, spec = our_trees.tree_flatten({"pair": pair})
    their_leaves, _ = their_trees.tree_flatten({"pair": torch.tensor([3.0, 5.0]).max(dim=0)})
    assert [leaf.item() for leaf in leaves] == [leaf.item() for leaf in their_leaves]
    assert type(our_trees.tree_unflatten(leaves, spec)["pair"]) is type(pair)
    assert [value.tolist() for value in minitorch_pt.vmap(lambda x: x.max(dim=0))(minitorch_pt.eye(2))] == [
        [1, 1],
        [0, 1],
    ]


def test_pickles_of_before_give_their_values_one_by_one():
    assert return_types.max(*"ab") == ("a", "b")
