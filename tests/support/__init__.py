"""What tests share: builders, fakes, the stack and the browser."""
