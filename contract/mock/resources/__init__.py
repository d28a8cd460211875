"""Handlers: what each operation does once the request is let in, a module per resource."""
