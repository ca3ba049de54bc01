"""Messages: their catalogue, rendering and delivery. Given a name, an audience and variables; knows no pathway."""
