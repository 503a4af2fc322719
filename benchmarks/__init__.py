"""Speed, as ratios to a bare Flask page on the same server, all in one interleaved run (`make
bench`).

`run` is the command, `plan` says what is asked and which goal it has, `servers` starts and weighs
servers, `load` is the load generator (a process of its own), `data` fills an installation, `report`
prints. Nothing here is part of the product.
"""
