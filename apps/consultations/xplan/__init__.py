"""XPlanGML 5.x and 6.0: what a delivered plan says about itself."""
