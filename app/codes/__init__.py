"""The code reference: releases, notes, code pages, lookup, the page-view allowance."""
