// Soft light from the viewer's upper left, sky from above, and a darker edge that separates limbs that cross.
uniform vec3 right;
uniform vec3 up;
uniform vec3 back;

in vec3 facing;
in vec4 color;

layout (location = 0) out vec4 result;

void main() {
    vec3 n = normalize(facing);
    vec3 key = normalize(0.85 * back + 0.75 * up - 0.55 * right);
    float wrap = max(0.0, (dot(n, key) + 0.35) / 1.35);
    float sky = 0.5 + 0.5 * n.y;
    float front = clamp(dot(n, back), 0.0, 1.0);
    float edge = mix(0.72, 1.0, smoothstep(0.0, 0.55, front));
    float shine = pow(max(0.0, dot(n, normalize(key + back))), 42.0);
    vec3 lit = color.rgb * (0.44 + 0.16 * sky + 0.50 * wrap) * edge + vec3(0.16 * shine);
    result = vec4(min(lit, vec3(1.0)) * color.a, color.a);
}
