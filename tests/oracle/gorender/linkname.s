// Empty: with it the compiler takes functions without a body, which main.go links by name.
