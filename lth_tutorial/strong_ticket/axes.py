"""The axes of the published table (Xiong et al. 2023): what the algorithm tries, and every table shows.

They stand in a module of their own, without torch, so that results are listed and drawn without it.
"""

SPARSITIES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
# The slides print the last one as 4e-1; the poster's table has 3e-1.
EPSILONS = (0.0, 0.001, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.1, 0.2, 0.3)
LAST_AS_PRINTED = 0.4
