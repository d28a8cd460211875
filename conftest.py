pytest_plugins = ["contract.pytest_plugin"]
