"""Cities the simulated map knows: name, latitude and longitude in degrees, rounded to 0.01 (about 1 km)."""

from collections.abc import Mapping
from types import MappingProxyType

_TABLE = """\
amsterdam 52.37 4.90 | athens 37.98 23.73 | atlanta 33.75 -84.39 | austin 30.27 -97.74 | baltimore 39.29 -76.61
barcelona 41.39 2.17 | basel 47.56 7.59 | belgrade 44.79 20.45 | berkeley 37.87 -122.27 | berlin 52.52 13.40
bern 46.95 7.45 | birmingham 52.49 -1.89 | bordeaux 44.84 -0.58 | boston 42.36 -71.06 | bremen 53.08 8.80
bristol 51.45 -2.59 | brussels 50.85 4.35 | bucharest 44.43 26.10 | budapest 47.50 19.04 | busan 35.18 129.08
cambridge 52.21 0.12 | charlotte 35.23 -80.84 | chicago 41.88 -87.63 | cleveland 41.50 -81.69 | cologne 50.94 6.96
copenhagen 55.68 12.57 | daegu 35.87 128.60 | daejeon 36.35 127.38 | dallas 32.78 -96.80 | denver 39.74 -104.99
detroit 42.33 -83.05 | dortmund 51.51 7.47 | dresden 51.05 13.74 | dublin 53.35 -6.26 | dusseldorf 51.23 6.78
edinburgh 55.95 -3.19 | essen 51.46 7.01 | florence 43.77 11.26 | frankfurt 50.11 8.68 | geneva 46.20 6.14
genoa 44.41 8.93 | glasgow 55.86 -4.25 | gothenburg 57.71 11.97 | graz 47.07 15.44 | hamburg 53.55 9.99
hannover 52.37 9.73 | helsinki 60.17 24.94 | houston 29.76 -95.37 | incheon 37.46 126.71 | innsbruck 47.27 11.39
istanbul 41.01 28.98 | krakow 50.06 19.94 | kyoto 35.01 135.77 | las vegas 36.17 -115.14 | leeds 53.80 -1.55
leipzig 51.34 12.37 | lisbon 38.72 -9.14 | liverpool 53.41 -2.99 | ljubljana 46.06 14.51 | london 51.51 -0.13
los angeles 34.05 -118.24 | luxembourg 49.61 6.13 | lyon 45.76 4.84 | madrid 40.42 -3.70 | manchester 53.48 -2.24
marseille 43.30 5.37 | miami 25.76 -80.19 | milan 45.46 9.19 | minneapolis 44.98 -93.27 | montreal 45.50 -73.57
munich 48.14 11.58 | naples 40.85 14.27 | nashville 36.16 -86.78 | new york 40.71 -74.01 | nice 43.70 7.27
nuremberg 49.45 11.08 | oakland 37.80 -122.27 | orlando 28.54 -81.38 | osaka 34.69 135.50 | oslo 59.91 10.75
oxford 51.75 -1.26 | palo alto 37.44 -122.14 | paris 48.86 2.35 | philadelphia 39.95 -75.17 | phoenix 33.45 -112.07
pittsburgh 40.44 -80.00 | portland 45.52 -122.68 | porto 41.15 -8.61 | prague 50.08 14.44 | richmond 37.54 -77.44
rome 41.90 12.50 | rotterdam 51.92 4.48 | sacramento 38.58 -121.49 | salzburg 47.80 13.05 | san diego 32.72 -117.16
san francisco 37.77 -122.42 | san jose 37.34 -121.89 | seattle 47.61 -122.33 | seoul 37.57 126.98 | seville 37.39 -5.98
sofia 42.70 23.32 | springfield 39.80 -89.64 | stockholm 59.33 18.06 | strasbourg 48.57 7.75 | stuttgart 48.78 9.18
tokyo 35.68 139.69 | toronto 43.65 -79.38 | toulouse 43.60 1.44 | turin 45.07 7.69 | valencia 39.47 -0.38
vancouver 49.28 -123.12 | venice 45.44 12.32 | vienna 48.21 16.37 | warsaw 52.23 21.01 | washington 38.91 -77.04
zagreb 45.81 15.98 | zurich 47.37 8.54"""


def _read(table: str) -> dict[str, tuple[float, float]]:
    cities = {}
    for entry in table.replace("\n", " | ").split(" | "):
        name, latitude, longitude = entry.rsplit(" ", 2)
        cities[name] = (float(latitude), float(longitude))
    return cities


CITIES: Mapping[str, tuple[float, float]] = MappingProxyType(_read(_TABLE))
"""Lower-case English name -> latitude, longitude in degrees."""
