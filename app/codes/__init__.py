"""The code reference: releases and their intake, code pages, tools, lookup, and the allowance."""
