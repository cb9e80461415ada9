"""The demo's cars: three bodies of the project's own design, rendered as product cut-outs.

`python -m gallery.demo.vehicles --output DIR` makes all of them. Needs numpy, scipy and Pillow;
no Django. Reading order: bodies and details (the designs), form and wheels (their surfaces), trace
and view (what a lens sees of them), skin (what they are made of), light, shade and shadow (how
they look), render (the picture), sheet (many on one page).
"""
