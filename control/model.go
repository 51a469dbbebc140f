package control

import (
	_ "embed"
	"fmt"
	"strings"
)

// commonXML is what the models share: lights, a texture, materials.
//
//go:embed common.xml
var commonXML []byte

// sky is what a model has only where it is drawn. It is the last texture, lest it change the numbers of the others.
const sky = `<asset><texture name="sky" type="skybox" builtin="gradient" rgb1=".42 .6 .78" rgb2=".02 .03 .06" width="64" height="384"/></asset>
`

// end closes the root element of an MJCF file.
const end = "</mujoco>"

// withSky is the MJCF text of a model with a sky.
func withSky(model string) string {
	place := strings.LastIndex(model, end)
	return model[:place] + sky + model[place:]
}

// Model returns the MJCF text of a task of Tasks, in one piece and with a sky.
func Model(name string) (string, error) {
	for _, t := range tasks() {
		if "control/"+t.name == name {
			return strings.Replace(withSky(t.model()), `<include file="common.xml"/>`, contents(commonXML), 1), nil
		}
	}
	_, err := Tasks().Find(name)
	return "", fmt.Errorf("control: %w", err)
}

// contents is what is inside the root element of an MJCF file.
func contents(file []byte) string {
	const begin = "<mujoco>"
	text := string(file)
	return text[strings.Index(text, begin)+len(begin) : strings.LastIndex(text, end)]
}
