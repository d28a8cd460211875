"""Faults of the list of identity providers."""

from __future__ import annotations

from contract.mock.faults.kit import answers as a
from contract.mock.faults.kit import families as f
from contract.mock.faults.kit import state as s
from contract.mock.faults.kit.core import area

add = area(__name__)

INDEX = "identity_providers_index"

f.forbidden(add, INDEX, "IDP-001")
f.envelope(add, INDEX, "omniauth_configs", "IDP-002")
f.bare(add, INDEX, "IDP-002")
add("identity-providers-without-issuer", INDEX, "Configurations come without issuer.", a.without("issuer"), "IDP-003")
add(
    "identity-providers-last-without-url",
    INDEX,
    "The last configuration of the list comes without idp_sso_target_url.",
    a.without_last("idp_sso_target_url"),
    "IDP-003",
)
add(
    "identity-providers-id-as-text",
    INDEX,
    "Configurations have their id as text.",
    a.field("id", str),
    "IDP-004",
    also=("IDP-007",),
)
add(
    "identity-providers-updated-at-null",
    INDEX,
    "Configurations have updated_at null.",
    a.constant("updated_at", None),
    "IDP-004",
)
add(
    "identity-providers-issuer-as-list",
    INDEX,
    "Configurations have their issuer in a list.",
    a.field("issuer", lambda issuer: [issuer]),
    "IDP-005",
)
add(
    "identity-providers-times-without-milliseconds",
    INDEX,
    "Configurations have times without milliseconds.",
    a.fields("created_at updated_at", a.no_milliseconds),
    "IDP-006",
)
add(
    "identity-providers-created-as-database-text",
    INDEX,
    "Configurations have created_at as the database prints it.",
    a.field("created_at", a.blank_for_t),
    "IDP-006",
)
add(
    "identity-providers-first-left-out",
    INDEX,
    "The list lacks its first configuration.",
    s.but("id != (SELECT min(first.id) FROM identity_providers first)"),
    "IDP-007",
)
add(
    "identity-providers-first-twice",
    INDEX,
    "The list ends with its first configuration again.",
    s.twice(0),
    "IDP-007",
    "IDP-008",
)
add(
    "identity-providers-same-id",
    INDEX,
    "All configurations have the same id.",
    a.constant("id", 1),
    "IDP-008",
    also=("IDP-007",),
)
