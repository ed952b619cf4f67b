"""What is true of submissions: values in, values out."""
