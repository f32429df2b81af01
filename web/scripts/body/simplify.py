"""Reduces a triangle mesh by collapsing edges into one of their ends, so every vertex that stays is an original one."""

import heapq


def sub(a, b):
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def dot(a, b):
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a, b):
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def plane(normal, point, weight):
    """The quadric of a plane: weight times the squared distance, as the ten numbers of a symmetric 4 x 4 matrix."""
    a, b, c = normal
    d = -dot(normal, point)
    return [weight * v for v in (a * a, a * b, a * c, a * d, b * b, b * c, b * d, c * c, c * d, d * d)]


def cost(q, p):
    x, y, z = p
    return (
        q[0] * x * x + 2 * q[1] * x * y + 2 * q[2] * x * z + 2 * q[3] * x
        + q[4] * y * y + 2 * q[5] * y * z + 2 * q[6] * y + q[7] * z * z + 2 * q[8] * z + q[9]
    )


class Mesh:
    """`places`: positions; `triangles`: (a, b, c, part). Borders of parts and open borders keep their shape."""

    def __init__(self, places, triangles, weight=None):
        self.places = places
        self.triangles = {i: t for i, t in enumerate(triangles)}
        self.around = {}
        for i, t in self.triangles.items():
            for v in t[:3]:
                self.around.setdefault(v, set()).add(i)
        self.quadrics = {v: [0.0] * 10 for v in self.around}
        self.border = {v: set() for v in self.around}
        for i, t in self.triangles.items():
            n = self.normal(t)
            area = dot(n, n) ** 0.5
            if area < 1e-12:
                continue
            unit = tuple(v / area for v in n)
            scale = weight(tuple(sum(places[v][k] for v in t[:3]) / 3 for k in range(3))) if weight else 1.0
            for v in t[:3]:
                self.add(v, plane(unit, places[t[0]], area * scale))
            for a, b in ((t[0], t[1]), (t[1], t[2]), (t[2], t[0])):
                parts = [self.triangles[j][3] for j in self.around[a] & self.around[b]]
                if len(parts) == 2 and parts[0] == parts[1]:
                    continue
                self.border[a].add(b)
                self.border[b].add(a)
                edge = sub(places[b], places[a])
                out = cross(edge, unit)
                size = dot(out, out) ** 0.5
                if size > 1e-12:
                    side = plane(tuple(v / size for v in out), places[a], 4.0 * scale * dot(edge, edge))
                    self.add(a, side)
                    self.add(b, side)

    def add(self, v, quadric):
        mine = self.quadrics[v]
        for i in range(10):
            mine[i] += quadric[i]

    def normal(self, t):
        a, b, c = (self.places[v] for v in t[:3])
        return cross(sub(b, a), sub(c, a))

    def neighbours(self, v):
        return {w for i in self.around[v] for w in self.triangles[i][:3]} - {v}

    def price(self, u, v):
        p = self.places[v]
        return cost(self.quadrics[u], p) + cost(self.quadrics[v], p)

    def allowed(self, u, v):
        """May u move onto v? Borders stay closed, the surface stays a surface, and no triangle turns over."""
        if self.border[u] and (v not in self.border[u] or len(self.border[u]) != 2):
            return False
        shared = self.around[u] & self.around[v]
        if len(self.neighbours(u) & self.neighbours(v)) != len(shared):
            return False
        for i in self.around[u] - shared:
            t = self.triangles[i]
            before = self.normal(t)
            after = self.normal(tuple(v if w == u else w for w in t[:3]))
            if dot(before, after) < 0.2 * (dot(before, before) * dot(after, after)) ** 0.5:
                return False
        return True

    def collapse(self, u, v):
        for i in list(self.around[u]):
            t = self.triangles[i]
            if v in t[:3]:
                for w in t[:3]:
                    self.around[w].discard(i)
                del self.triangles[i]
            else:
                self.triangles[i] = tuple(v if w == u else w for w in t[:3]) + t[3:]
                self.around[v].add(i)
        del self.around[u]
        for w in self.border.pop(u):
            self.border[w].discard(u)
            if w != v:
                self.border[w].add(v)
                self.border[v].add(w)
        self.add(v, self.quadrics.pop(u))

    def reduce(self, wanted):
        """Collapses the cheapest edges until at most `wanted` triangles are left. Gives the triangles."""
        heap = [(self.price(u, v), u, v) for u in self.around for v in self.neighbours(u)]
        heapq.heapify(heap)
        while len(self.triangles) > wanted and heap:
            price, u, v = heapq.heappop(heap)
            if u not in self.around or v not in self.around or not self.around[u] & self.around[v]:
                continue
            now = self.price(u, v)
            if now > price + 1e-12:
                heapq.heappush(heap, (now, u, v))
                continue
            if not self.allowed(u, v):
                continue
            self.collapse(u, v)
            for w in self.neighbours(v):
                heapq.heappush(heap, (self.price(v, w), v, w))
                heapq.heappush(heap, (self.price(w, v), w, v))
        return list(self.triangles.values())
