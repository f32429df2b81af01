// Lines one pixel wide that fade out around the clip.
uniform vec4 line;
uniform float cell;

in vec2 at;
in vec2 inside;
in float depth;

layout (location = 0) out vec4 result;

void main() {
    vec2 place = at / cell;
    vec2 width = fwidth(place);
    vec2 near = abs(fract(place - 0.5) - 0.5) / width;
    // Far away, where lines would be closer than pixels, they become an even tone.
    vec2 lines = mix(1.0 - min(near, 1.0), width, smoothstep(0.2, 0.6, width));
    float fade = 1.0 - smoothstep(0.35, 1.0, length(inside));
    float a = line.a * depth * max(lines.x, lines.y) * fade;
    result = vec4(line.rgb * a, a);
}
