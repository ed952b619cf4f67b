"""The Kubernetes manifests, written from the process table, the settings and the table of topics."""
