"""Tools around a picture: what people would do in other programs otherwise."""
