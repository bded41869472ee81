"""What people do at the duty desk: orders, incident files, response plans, reports, shifts and their handover. Pure decisions."""
