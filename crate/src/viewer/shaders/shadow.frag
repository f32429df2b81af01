// A soft spot.
uniform vec4 shade;

in vec2 inside;
in float depth;

layout (location = 0) out vec4 result;

void main() {
    float k = max(0.0, 1.0 - dot(inside, inside));
    float a = shade.a * depth * k * k;
    result = vec4(shade.rgb * a, a);
}
