"""The stateful mock server: a deployment of the v3 API to run the suite against."""
