"""Pages for staff: worklist, patient, messages, and the forms of `acting`. Showing reads tables; every change goes through an action."""
