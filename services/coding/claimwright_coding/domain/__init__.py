"""What is right and wrong about codes on a day of service: values in, findings out."""
