"""What the source prints of its experiment: Xiong et al. 2023, Section 6.1 and the authors' code."""

# Radius over tolerance, the figure's horizontal axis.
RATIOS = (0, 0.1, 0.5, 1, 2, 3, 4, 5, 10)
# The smallest n at each ratio, by tolerance: read off the published figure.
PUBLISHED = {
    1e-2: (19, 18, 18, 17, 16, 14, 14, 13, 11),
    1e-4: (27, 25, 23, 23, 22, 22, 22, 20, 20),
}
# The range of the authors' trained weights, from their code: the ends of their candidates' law.
PUBLISHED_RANGE = (-0.46423155, 0.54070216)
