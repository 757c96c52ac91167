"""Which 32 bytes are an Ed25519 key that can be used (RFC 8032, SPEC.md 4.2)."""

P, L = 2 ** 255 - 19, 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def usable_key(data):
    """Whether 32 bytes are the canonical encoding of a point of order L of the curve (RFC 8032 5.1.3)."""
    if len(data) != 32:
        return False
    encoded = int.from_bytes(data, "little")
    sign, y = encoded >> 255, encoded & (2 ** 255 - 1)
    if y >= P:
        return False
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return False
    if x % 2 != sign:
        x = P - x
    point, times, result = (x, y, 1, x * y % P), L, (0, 1, 1, 0)
    while times:
        if times & 1:
            result = add_points(result, point)
        point, times = add_points(point, point), times >> 1
    neutral = lambda p: p[0] == 0 and p[1] == p[2]
    return neutral(result) and not (x == 0 and y == 1)


def add_points(first, second):
    """In extended coordinates (RFC 8032 5.1.4)."""
    (x1, y1, z1, t1), (x2, y2, z2, t2) = first, second
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * D * t1 * t2 % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P
