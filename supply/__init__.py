"""What the product is made of: known faults of its libraries and its bill of materials. Tools for CI, no part of the product."""
