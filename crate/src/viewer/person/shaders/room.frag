// Planks on the floor, with the person's shadow; a papered wall with a skirting board and two pictures.
uniform vec3 light;
uniform float strength;
uniform vec3 wall;
uniform vec3 skirting;
uniform vec3 ground;
uniform vec3 right;
uniform float base;
uniform float size;
uniform float grain;
uniform vec4 spot0;
uniform vec4 spot1;
uniform vec4 spot2;

in vec3 world;
in vec3 facing;

layout (location = 0) out vec4 result;

float hash(vec2 p) {
    return fract(sin(dot(p, vec2(12.9898, 78.233))) * 43758.5453);
}

// Smooth noise between 0 and 1.
float noise(vec2 p) {
    vec2 i = floor(p);
    vec2 f = smoothstep(0.0, 1.0, fract(p));
    vec2 e = vec2(1.0, 0.0);
    float low = mix(hash(i), hash(i + e), f.x);
    return mix(low, mix(hash(i + e.yx), hash(i + e.xx), f.x), f.y);
}

float shadow(vec4 spot) {
    vec2 off = (world.xz - spot.xz) / (0.42 * size);
    return 1.0 - 0.30 * spot.w * exp(-3.0 * dot(off, off));
}

void main() {
    vec3 n = normalize(facing);
    float shade = strength * (0.62 + 0.38 * max(0.0, dot(n, light)));
    vec3 color;
    if (n.y > 0.5) {
        vec2 p = vec2(dot(world, right), world.z * right.x - world.x * right.z) / size + grain;
        vec2 plank = vec2(floor(p.x / 0.16), 0.0);
        plank.y = floor(p.y / 1.3 + hash(plank.xx));
        float tone = 0.84 + 0.24 * hash(plank) + 0.10 * (noise(vec2(p.x * 60.0, p.y * 5.0)) - 0.5);
        float gap = smoothstep(0.0, 0.06, abs(fract(p.x / 0.16) - 0.5) * -1.0 + 0.5);
        color = ground * tone * mix(0.7, 1.0, gap) * shadow(spot0) * shadow(spot1) * shadow(spot2);
    } else {
        vec2 p = vec2(dot(world, right), world.y - base) / size;
        float paper = 0.95 + 0.08 * noise(p * 9.0 + grain) + 0.03 * (hash(floor(p * 220.0)) - 0.5);
        color = wall * paper;
        if (p.y < 0.11) color = skirting * (0.96 + 0.08 * noise(p * vec2(3.0, 40.0)));
        for (int i = 0; i < 2; i++) {
            float k = float(i);
            vec2 off = vec2(hash(vec2(grain, k)) - 0.5, hash(vec2(k, grain)));
            vec2 middle = vec2(mix(-1.35, 1.45, k), 1.62) + vec2(0.5, 0.2) * off;
            vec2 q = abs(p - middle) - vec2(0.26, 0.20 + 0.1 * hash(vec2(grain + k, 2.0)));
            float outside = max(q.x, q.y);
            if (outside < 0.03) color = skirting * 0.45;
            if (outside < 0.0) {
                float pattern = noise((p - middle) * 7.0 + grain * (k + 1.0));
                color = mix(ground.zyx, vec3(0.9, 0.88, 0.8), pattern);
            }
        }
    }
    result = vec4(min(color * shade, vec3(1.0)), 1.0);
}
