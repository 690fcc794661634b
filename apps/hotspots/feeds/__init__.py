"""Lists of hotspots from outside: read leniently, bounded, and without what is nobody's business."""
