"""Pages for staff: the worklist and the patient. They read, and change nothing: every change goes through an action."""
