"""What every room uses: axis names, devices, seeds, paths, errors."""
