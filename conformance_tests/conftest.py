"""
Gives a test that asks for `operation_id` one case per operation of its requirements, one per slice with `part`.

Holds the fixtures that several files use, too.
"""

import pytest

from contract import operations, requirements
from contract.pytest_plugin import slices_of, wanted_of


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = next(metafunc.definition.iter_markers("requirement"), None)
    if marker and "operation_id" in metafunc.fixturenames and not _given(metafunc):
        register = requirements.load()
        wanted = {name for each in marker.args for name in register.get(each).operations}
        names = wanted_of(metafunc.config, [name for name in operations.table() if name in wanted])
        if "part" in metafunc.fixturenames:
            metafunc.parametrize(("operation_id", "part"), list(_slices(metafunc.config, names)))
        else:
            metafunc.parametrize("operation_id", names)


def _slices(config, names):
    """Return the slices of the plans: the same ones, whoever sends them."""
    for name, part, count in slices_of(config, names):
        yield pytest.param(name, part, id=name if count < 2 else f"{name}-{part + 1}of{count}")


def _given(metafunc: pytest.Metafunc) -> bool:
    return any("operation_id" in marker.args[0] for marker in metafunc.definition.iter_markers("parametrize"))


# -- what the files of one resource share


@pytest.fixture
def link_params(world, shared):
    """Return a maker of parameters for a new LTI resource of the shared exam."""
    return lambda **params: world.lti_resource_params(shared.exam_id, shared.tool_provider_id, **params)


@pytest.fixture
def link(world, link_params):
    """Return a maker of LTI resources of the shared exam."""
    return lambda **params: world.create("lti_resources_create", **link_params(**params))


@pytest.fixture
def show_provider(administrator, shared):
    """Return how a tool provider is shown: either of two paths is documented."""
    plural = administrator("tool_providers_show", id=shared.tool_provider_id, purpose="set-up")
    path = "/tool_providers/{id}" if plural.accepted else "/tool_provider/{id}"
    return lambda id: administrator("tool_providers_show", path=path, id=id)
