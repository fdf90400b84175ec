package import Actions
extension CommandPolicy {
  package enum Decision { case allowed(CommandLevel); case refused(String) }
  package func decide(_ action: Action) -> Decision { .allowed(.observe) }
}
