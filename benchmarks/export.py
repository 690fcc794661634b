"""Write all released reports into a GeoPackage and print the peak memory in kB: one process, as the worker does it."""

import resource
import sys
from pathlib import Path

from benchmarks.generate import KEY, start


def main() -> None:
    start()
    from apps.geo.audience import ANONYMOUS
    from apps.geo.layers import get_layer
    from apps.geofiles.batches import table_of
    from apps.geofiles.writing import write_geopackage
    from apps.places.models import Municipality

    layer = get_layer("reports")
    rows = layer.rows(ANONYMOUS, municipality=Municipality.objects.get(key=KEY).pk)
    write_geopackage(table_of(layer, ANONYMOUS, rows), Path(sys.argv[1]))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    main()
