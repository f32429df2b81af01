// One soft light, light from above, and a fine unevenness of cloth and skin.
uniform vec3 light;
uniform float strength;

in vec3 facing;
in vec3 cloth;
in vec4 color;

layout (location = 0) out vec4 result;

float hash(vec3 p) {
    return fract(sin(dot(p, vec3(12.9898, 78.233, 37.719))) * 43758.5453);
}

void main() {
    vec3 n = normalize(facing);
    float wrap = max(0.0, (dot(n, light) + 0.3) / 1.3);
    float sky = 0.5 + 0.5 * n.y;
    float uneven = 0.98 + 0.04 * hash(floor(cloth * 160.0));
    vec3 lit = color.rgb * uneven * strength * (0.38 + 0.17 * sky + 0.55 * wrap);
    result = vec4(min(lit, vec3(1.0)), 1.0);
}
