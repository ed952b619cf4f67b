"""What programs call: the access authority's API and the receiver of traces."""
